"""Payments: takes a customer's money through the processor, and answers whether a payment went through."""
