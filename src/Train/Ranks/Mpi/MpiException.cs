namespace PPYolo.Train.Ranks.Mpi;

/// <summary>A function of the MPI library or of NCCL has failed.</summary>
internal sealed class MpiException(string message) : Exception(message);
