"""What a researcher's script calls: the functions behind `import p2p`, with DataFrames for results."""
