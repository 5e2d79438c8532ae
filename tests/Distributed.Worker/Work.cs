using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PPYolo.Align.Tensors;
using PPYolo.Train.Ranks;
using static TorchSharp.torch;

namespace PPYolo.Tests.Distributed.Worker;

/// <summary>What ranks do in the tests that compare MPI with threads: the answer is text that must be the same for both.</summary>
public static class Work
{
    /// <summary>Tensors that fit into one message, just do not, and need several pieces.</summary>
    private static readonly long[] Counts = [0, 1, 7, 8192, 8193, 1_000_003, 9_000_001];

    /// <summary>Drawn numbers, repeated: a prime, so that no two pieces of a tensor are the same.</summary>
    private const long Drawn = 100_003;

    /// <summary>Calls everything with everything, and describes the results of this rank.</summary>
    public static string Describe(IRanks ranks)
    {
        var lines = new List<string>();
        foreach (var count in Counts)
        {
            foreach (var type in new[] { ScalarType.Float32, ScalarType.Float64 })
            {
                using var scope = NewDisposeScope();
                var tensor = Values(ranks.Rank, count, type);
                ranks.Sum($"values of {type}", tensor);
                lines.Add($"sum {count} {type} {Hash(tensor)}");
                tensor = Values(ranks.Rank, count, type);
                ranks.Broadcast(new string('b', 500), tensor);
                lines.Add($"broadcast {count} {type} {Hash(tensor)}");
            }
        }

        foreach (var length in new[] { 0, 3, 32 * 1024, 40_000 })
        {
            var messages = ranks.Gather(
                "messages",
                Encoding.ASCII.GetBytes(new string((char)('a' + ranks.Rank), length * (ranks.Rank + 1)))
            );
            lines.Add(
                $"gather {string.Join(' ', messages.Select(message => $"{message.Length}{(message.Length > 0 ? (char)message[0] : '-')}"))}"
            );
        }

        ranks.Barrier("end");
        lines.Add($"reduced {ranks.BytesReduced}");
        return string.Join('\n', lines);
    }

    private static Tensor Values(int rank, long count, ScalarType type)
    {
        using var generator = new Generator((ulong)(7 + rank));
        var drawn = randn(Math.Min(count, Drawn), ScalarType.Float64, generator: generator) * Math.Pow(10, rank % 3);
        return count <= Drawn ? drawn.to(type) : drawn.to(type).repeat((count + Drawn - 1) / Drawn).narrow(0, 0, count).contiguous();
    }

    private static string Hash(Tensor tensor) =>
        tensor.numel() == 0
            ? "-"
            : Convert.ToHexString(SHA256.HashData(tensor.ToData().Bytes.Span))[..16].ToLower(CultureInfo.InvariantCulture);
}
