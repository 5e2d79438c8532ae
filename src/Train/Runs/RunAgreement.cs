using System.Globalization;
using System.Reflection;
using System.Runtime.Intrinsics;
using System.Text.Json;
using System.Text.Json.Nodes;
using PPYolo.Align.Json;
using PPYolo.Align.Tensors;
using PPYolo.Train.Ranks;
using TorchSharp;

namespace PPYolo.Train.Runs;

/// <summary>
/// Has all ranks agree on what they train before the first batch. Ranks that are processes have each their own command line, program and
/// files; one with another seed or momentum would train on, and something else would be blamed for it.
/// </summary>
public static class RunAgreement
{
    /// <summary>What ranks must agree on before anything else: whether they train over epochs.</summary>
    public const string Kind = "the run";

    // Another instruction set rounds otherwise, which is no mistake.
    private const string InstructionSet = "instruction set";

    /// <summary>Compares.</summary>
    /// <param name="plan">This rank's plan.</param>
    /// <param name="ranks">Who trains.</param>
    /// <param name="note">Told what differs and may.</param>
    /// <exception cref="RankDisagreementException">Something else differs.</exception>
    public static void Require(RunPlan plan, IRanks ranks, Action<string> note)
    {
        if (ranks.Size > 1)
        {
            Require("what is trained", [.. Facts(plan)], ranks, note);
        }
    }

    /// <summary>Compares how ranks were started, before they make different calls for it.</summary>
    /// <param name="options">What was given, by option; what was not is null.</param>
    /// <param name="ranks">Who trains.</param>
    /// <exception cref="RankDisagreementException">Something differs.</exception>
    public static void RequireSame(IEnumerable<KeyValuePair<string, string?>> options, IRanks ranks)
    {
        if (ranks.Size > 1)
        {
            Require(
                "how it was started",
                [.. options.Select(one => KeyValuePair.Create(one.Key, one.Value ?? "not given"))],
                ranks,
                _ => { }
            );
        }
    }

    private static void Require(string what, KeyValuePair<string, string>[] mine, IRanks ranks, Action<string> note)
    {
        var all = ranks
            .Gather(what, JsonSerializer.SerializeToUtf8Bytes(mine))
            .Select(message => JsonSerializer.Deserialize<KeyValuePair<string, string>[]>(message)!)
            .ToList();
        for (var rank = 1; rank < all.Count; rank++)
        {
            foreach (var (name, there) in all[rank])
            {
                var zero = all[0].FirstOrDefault(fact => fact.Key == name).Value ?? "unknown";
                if (there == zero)
                {
                    continue;
                }

                if (name != InstructionSet)
                {
                    throw new RankDisagreementException(rank, name, there, zero);
                }

                note($"rank {rank} computes with {there}, rank 0 with {zero}: sums are rounded otherwise there");
            }
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Facts(RunPlan plan) =>
        [
            new("the program's version", Version(typeof(RunAgreement).Assembly)),
            new("TorchSharp", Version(typeof(torch).Assembly)),
            .. JsonNode
                .Parse(StrictJson.Text(plan.Options))!
                .AsObject()
                .Select(setting => new KeyValuePair<string, string>(setting.Key, setting.Value?.ToJsonString() ?? "null")),
            new("the number of iterations", plan.Iterations.ToString(CultureInfo.InvariantCulture)),
            new("the seed", plan.Seed),
            .. plan.DataFacts,
            new("the start weights (SHA-256)", TensorDigest.Of(plan.Start)),
            new(InstructionSet, Vector512.IsHardwareAccelerated ? "AVX-512" : "no AVX-512"),
        ];

    private static string Version(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? assembly.GetName().Version?.ToString()
        ?? "unknown";
}
