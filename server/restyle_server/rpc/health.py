"""Owns what anybody may ask: whether the server serves. It reads nothing of what is asked, so that asking costs the server nothing."""

from __future__ import annotations

from typing import Any

import grpc
from grpc import aio
from grpc_health.v1 import health_pb2

SERVICE = "grpc.health.v1.Health"


class Health:
    """grpc.health.v1's Check, for this server as a whole; its Watch is left out: a stream that anybody may keep is a place taken from the owner."""

    def __init__(self) -> None:
        self.serving = True

    async def check(self, request: health_pb2.HealthCheckRequest, context: aio.ServicerContext[Any, Any]) -> health_pb2.HealthCheckResponse:
        status = health_pb2.HealthCheckResponse.SERVING if self.serving else health_pb2.HealthCheckResponse.NOT_SERVING
        return health_pb2.HealthCheckResponse(status=status)

    def handlers(self) -> grpc.GenericRpcHandler:
        """To be added to the server."""
        written = health_pb2.HealthCheckResponse.SerializeToString
        check: grpc.RpcMethodHandler[Any, Any] = grpc.unary_unary_rpc_method_handler(self.check, response_serializer=written)
        return grpc.method_handlers_generic_handler(SERVICE, {"Check": check})
