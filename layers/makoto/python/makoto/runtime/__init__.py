"""The four doors and the composition root: parse, authenticate, bind the tenant, map errors, meter, log."""
