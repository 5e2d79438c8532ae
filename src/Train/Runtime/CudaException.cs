namespace PPYolo.Train.Runtime;

/// <summary>A function of the CUDA driver failed.</summary>
internal sealed class CudaException(string message) : Exception(message);
