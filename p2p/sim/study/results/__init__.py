"""What the study's runs came to: tables, pictures, the page."""
