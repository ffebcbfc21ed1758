"""What tests share: plays, hosted sessions, real processes, spoilt bytes."""
