using System.Globalization;

namespace PPYolo.Train.Ranks.Mpi;

/// <summary>What the environment says about the launcher that started this process as one of several ranks.</summary>
/// <param name="Launcher">The launcher, for messages.</param>
/// <param name="Size">How many ranks it started.</param>
/// <param name="Rank">This rank, or null where the launcher does not say.</param>
/// <param name="LocalRank">This rank among those on its machine, or null where the launcher does not say.</param>
public sealed record MpiLaunch(string Launcher, int Size, int? Rank, int? LocalRank)
{
    // Slurm sets SLURM_STEP_NUM_TASKS in what srun starts; SLURM_NTASKS would also be set in a batch script, which is one process.
    private static readonly (string Launcher, string Size, string Rank, string LocalRank)[] Known =
    [
        ("mpirun", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_LOCAL_RANK"),
        ("mpiexec of another MPI (PMI)", "PMI_SIZE", "PMI_RANK", "MPI_LOCALRANKID"),
        ("srun", "SLURM_STEP_NUM_TASKS", "SLURM_PROCID", "SLURM_LOCALID"),
    ];

    /// <summary>The launch of this process, or null where it was started alone.</summary>
    public static MpiLaunch? Current { get; } = Find(Environment.GetEnvironmentVariable);

    /// <summary>
    /// Whether what all ranks have to say is said by this process: it was started alone, or is rank 0. Where the launcher does not say, one
    /// process of each machine speaks.
    /// </summary>
    public static bool IsSpeaker => Current is null || Current.Speaks;

    /// <summary>Whether this rank speaks for all.</summary>
    public bool Speaks => (Rank ?? LocalRank ?? 0) == 0;

    /// <summary>The launch that an environment describes, or null.</summary>
    public static MpiLaunch? Find(Func<string, string?> environment)
    {
        foreach (var (launcher, sizeName, rankName, localName) in Known)
        {
            // A step of one task is how Slurm runs anything that is not parallel; mpirun -np 1 is meant.
            if (Number(environment(sizeName)) is { } size && (size > 1 || launcher == "mpirun"))
            {
                return new MpiLaunch(launcher, size, Number(environment(rankName)), Number(environment(localName)));
            }
        }

        return null;
    }

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
