"""How the study's runs are made and kept."""
