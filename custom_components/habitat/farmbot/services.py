"""The actions of FarmBot: what the robot does, and what its server keeps."""

from . import garden_services, robot_services

SERVICES = (*robot_services.SERVICES, *garden_services.SERVICES)
