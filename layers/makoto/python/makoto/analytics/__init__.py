"""Pure mathematics shared by the cloud and the edge."""
