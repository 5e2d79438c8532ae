using System.Collections.Immutable;
using PPYolo.Align;
using PPYolo.Data.Transforms;

namespace PPYolo.Data.Loading;

/// <summary>What batches are made of a dataset, and by how many.</summary>
public sealed record LoaderOptions
{
    /// <summary>The largest number of workers.</summary>
    public const int MostWorkers = 256;

    /// <summary>The run's seed: of the order, the sizes and every random change.</summary>
    public required string Seed { get; init; }

    /// <summary>Images in an iteration, over all ranks.</summary>
    public required int Batch { get; init; }

    /// <summary>Sides in pixels to choose from, multiples of 32.</summary>
    public required ImmutableArray<int> Sizes { get; init; }

    /// <summary>This rank, from 0.</summary>
    public int Rank { get; init; }

    /// <summary>How many ranks there are.</summary>
    public int Ranks { get; init; } = 1;

    /// <summary>
    /// Whether all ranks have the same size in an iteration, as alignment of several ranks with one needs; else each draws its own.
    /// </summary>
    public bool SameSizeAcrossRanks { get; init; }

    /// <summary>Which random changes there are.</summary>
    public AugmentationOptions Augmentation { get; init; } = new();

    /// <summary>
    /// Threads that make batches ahead; 0 makes each batch when it is asked for, on the asking thread. Batches do not depend on it.
    /// </summary>
    public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount / 2, 1, 8);

    /// <summary>How many batches are made ahead, at most; they bound the memory.</summary>
    public int Prefetch { get; init; } = 2;

    /// <summary>Images of this rank in an iteration.</summary>
    public int BatchPerRank => Batch / Ranks;

    internal LoaderOptions Validate()
    {
        Require(Ranks >= 1 && Rank >= 0 && Rank < Ranks, $"a rank from 0 to {Ranks - 1}, found {Rank}");
        Require(Batch >= 1 && Batch % Ranks == 0, $"a batch that {Ranks} ranks can share evenly, found {Batch}");
        Require(
            Sizes.Length > 0 && Sizes.All(size => size > 0 && size % 32 == 0),
            $"sizes that are multiples of 32, found {string.Join(", ", Sizes)}"
        );
        Require(Workers is >= 0 and <= MostWorkers, $"0 to {MostWorkers} workers, found {Workers}");
        Require(Prefetch is >= 1 and <= 64, $"1 to 64 batches ahead, found {Prefetch}");
        return this;

        static void Require(bool condition, string expected)
        {
            if (!condition)
            {
                throw new AlignException($"data loader: expected {expected}");
            }
        }
    }
}
