using System.Buffers.Binary;
using PPYolo.Kernels.Memory;
using PPYolo.Model.State;
using PPYolo.Train.Runtime;

namespace PPYolo.Train.Ranks;

/// <summary>
/// Checks that all ranks hold the same weights and statistics: by a hash of each tensor, and on cards by a checksum of all first.
/// </summary>
public static class ReplicaCheck
{
    /// <summary>Compares.</summary>
    /// <param name="ranks">Who trains.</param>
    /// <param name="entries">The network's entries.</param>
    /// <param name="when">When, for the message.</param>
    /// <exception cref="ReplicaDivergenceException">Ranks differ; the message names the first tensor and the ranks.</exception>
    public static void Run(IRanks ranks, IReadOnlyList<StateEntry> entries, string when)
    {
        if (ranks.Size == 1)
        {
            return;
        }

        if (!CpuPath.HasMemory(entries[0].Value) && HaveOneChecksum(ranks, entries))
        {
            return;
        }

        var mine = new byte[entries.Count * sizeof(ulong)];
        for (var i = 0; i < entries.Count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(mine.AsSpan(i * sizeof(ulong)), TensorBits.Hash(entries[i].Value));
        }

        Require(ranks.Gather("hashes of the weights", mine), [.. entries.Select(entry => entry.Key)], when);
    }

    /// <summary>Compares what all ranks say: a number of eight bytes for each name.</summary>
    /// <exception cref="ReplicaDivergenceException">Ranks differ; the message has the first name and the ranks.</exception>
    internal static void Require(IReadOnlyList<byte[]> all, IReadOnlyList<string> names, string when)
    {
        for (var i = 0; i < names.Count; i++)
        {
            var numbers = all.Select(rank => BinaryPrimitives.ReadUInt64LittleEndian(rank.AsSpan(i * sizeof(ulong)))).ToList();
            var differing = Enumerable.Range(0, numbers.Count).Where(rank => numbers[rank] != numbers[0]).ToList();
            if (differing.Count > 0)
            {
                throw new ReplicaDivergenceException(names[i], differing, when);
            }
        }
    }

    private static bool HaveOneChecksum(IRanks ranks, IReadOnlyList<StateEntry> entries)
    {
        var all = ranks.Gather("checksum of the weights", BitConverter.GetBytes(WeightChecksum.Of(entries)));
        return all.All(checksum => checksum.AsSpan().SequenceEqual(all[0]));
    }
}
