namespace PPYolo.Peers.Measuring;

/// <summary>A check cannot be made here. What is measured beside it can.</summary>
internal sealed class NotCheckedException(string message) : Exception(message);
