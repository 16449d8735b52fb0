"""Measurements that an operator can repeat: each figure beside its target, every answer checked, nothing estimated."""
