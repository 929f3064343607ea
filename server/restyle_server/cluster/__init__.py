"""More machines than one, on Ray: their nodes, and workers there that slots have as if they were here. Only the bridge, the node and the painters on it import
ray. This file imports nothing."""
