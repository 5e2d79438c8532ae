namespace PPYolo.Train.Ranks;

/// <summary>Who trains together.</summary>
public enum RanksKind
{
    /// <summary>This process alone.</summary>
    Solo,

    /// <summary>Threads of this process.</summary>
    Threads,

    /// <summary>Processes that mpirun or srun has started, of which this is one.</summary>
    Mpi,
}
