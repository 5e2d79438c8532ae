using PPYolo.Align.Explanations;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Train.Tracing;
using static TorchSharp.torch;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>Start weights: not loaded, scaled, transposed, permuted.</summary>
internal sealed class StartLaw : ILaw
{
    private const double Exact = 1e-5;

    /// <inheritdoc />
    public IEnumerable<Cause> Examine(ExplainedRun first, ExplainedRun second, TraceComparison comparison)
    {
        var differing = comparison.Exceeding.Where(difference => difference.Key.Phase == TracePhase.Start && difference.Rank == 0).ToList();
        var causes = differing.ConvertAll(difference => (Name: difference.Key.Name, Kind: Kind(first, second, difference)));
        foreach (var group in causes.GroupBy(cause => cause.Kind.Cause))
        {
            var names = group.Select(cause => cause.Name).ToList();
            yield return group.Key.Found(
                $"{group.Key.Meaning.TrimEnd('.')}: {names[0]}{(names.Count > 1 ? $" and {names.Count - 1} others" : "")}.",
                0.97,
                [.. group.Take(3).Select(cause => $"{cause.Name}: {cause.Kind.Evidence}")]
            );
        }
    }

    private static (CauseKind Cause, string Evidence) Kind(ExplainedRun first, ExplainedRun second, EntryDifference difference)
    {
        var name = difference.Key.Name;
        if (
            difference.Note is not null
            || first.Ranks[0].Find(0, TracePhase.Start, name) is not { } a
            || second.Ranks[0].Find(0, TracePhase.Start, name) is not { } b
        )
        {
            return (CauseCatalogue.WeightsOther, difference.Note ?? "");
        }

        var evidence =
            $"relative difference {Numbers.Text(difference.Relative)}, norms {Numbers.Text(a.Summary.L2)} and {Numbers.Text(b.Summary.L2)}";
        if (first.Start is { } start && start.TryGet(name, out var tensor) && Arrangement(tensor, b) is { } arrangement)
        {
            return arrangement == Transposition
                ? (CauseCatalogue.WeightsTransposed, $"{evidence}; equals the expected one with its first two dimensions exchanged")
                : (CauseCatalogue.WeightsPermuted, $"{evidence}; equals the expected one {arrangement}");
        }

        if (
            Numbers.Near(a.Summary.L2, b.Summary.L2, 1e-6)
            && Numbers.Near(a.Summary.Mean, b.Summary.Mean, 1e-4)
            && Numbers.Near(a.Summary.AbsMax, b.Summary.AbsMax, 1e-7)
        )
        {
            return (CauseCatalogue.WeightsPermuted, $"{evidence}; mean and largest magnitude are the same, the order is not");
        }

        var fit = new LinearFit(1);
        fit.Add(b.Summary.Sums, [a.Summary.Sums], 1);
        return fit.Solve() is { Residual: < 0.01 } result
            ? (CauseCatalogue.WeightsScaled, $"{evidence}; it is {Numbers.Text(result.Coefficients[0])} times the expected one")
            : (CauseCatalogue.WeightsNotLoaded, $"{evidence}; it has nothing in common with the expected one");
    }

    private const string Transposition = "transposed";

    /// <summary>Which known rearrangement of the expected tensor the second run's is, or null.</summary>
    private static string? Arrangement(TensorData expected, TraceEntry found)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var tensor = expected.ToTorch();
        var rank = tensor.shape.Length;
        var candidates = new List<(string Name, Func<Tensor> Make)>();
        if (rank >= 2 && tensor.shape[0] == tensor.shape[1])
        {
            candidates.Add((Transposition, () => tensor.transpose(0, 1)));
        }

        if (rank == 4 && tensor.shape[2] == tensor.shape[3])
        {
            candidates.Add(("with rows and columns of its kernel exchanged", () => tensor.transpose(2, 3)));
            candidates.Add(("turned by 180 degrees, as a convolution is from a correlation", () => tensor.flip(2, 3)));
        }

        for (var dimension = 0; dimension < Math.Min(rank, 2); dimension++)
        {
            var along = dimension;
            candidates.Add(($"with its {(along == 0 ? "output" : "input")} channels reversed", () => tensor.flip(along)));
            candidates.Add(
                (
                    $"with the halves of its {(along == 0 ? "output" : "input")} channels exchanged",
                    () => tensor.roll(tensor.shape[along] / 2, along)
                )
            );
        }

        return candidates
            .FirstOrDefault(candidate => TensorElements.Summary(candidate.Make()).RelativeDistance(found.Summary) < Exact)
            .Name;
    }
}
