"""Results of the study's runs: tables, pictures, the page."""
