namespace PPYolo.Peers.Measuring;

/// <summary>A measurement cannot be made, or would mean nothing.</summary>
internal sealed class ContestException(string message) : Exception(message);
