"""The functions behind `import p2p`, for a researcher's script, with DataFrames for results."""
