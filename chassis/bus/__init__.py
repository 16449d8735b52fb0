"""The bus: one implementation for RabbitMQ and for the bus inside one process."""
