using PPYolo.Align.Golden;

namespace PPYolo.Harness.Bisection;

/// <summary>What moved first, in order of execution: <see cref="GoldenComparison.Failures"/> has the worst first.</summary>
internal static class FirstMoved
{
    /// <summary>The first of what diverges.</summary>
    /// <param name="comparison">A comparison in which something does.</param>
    public static GoldenFinding In(GoldenComparison comparison)
    {
        // Of another run, nothing can be said of its tensors.
        if (comparison.Failures.FirstOrDefault(finding => finding.What is "case" or "start" or "iterations") is { } other)
        {
            return other;
        }

        var (began, findings) = (comparison.Began ?? "", comparison.Failures);
        var tensors = comparison.Golden.Tensors.SelectMany(tensor =>
            findings
                .Where(finding => finding.Name == tensor.Name && finding.What == Word(tensor.Part))
                .Select(finding => (Tensor: tensor, Finding: finding))
        );
        var inOrder = tensors.ToList();
        // Began names a phase of an iteration, and what was seen of it; the golden holds tensors of one iteration alone.
        var ofPhase =
            findings.FirstOrDefault(finding => finding.What == "loss" && IsLossOf(finding.Name, began))
            ?? findings.FirstOrDefault(finding =>
                finding.What == "learning rate" && began.EndsWith("(learning rate)", StringComparison.Ordinal)
            )
            ?? inOrder.FirstOrDefault(one => began.EndsWith($"(gradient of {one.Tensor.Name})", StringComparison.Ordinal)).Finding
            ?? inOrder.FirstOrDefault(one => IsOf(one.Tensor, began)).Finding;
        return ofPhase ?? inOrder.FirstOrDefault().Finding ?? findings[0];
    }

    private static bool IsOf(GoldenTensor tensor, string began) =>
        began.EndsWith("(running statistics)", StringComparison.Ordinal) ? tensor is { Part: GoldenPart.Weight, Role: GoldenRole.Buffer }
        : began.EndsWith(", backward", StringComparison.Ordinal) ? tensor.Part == GoldenPart.Gradient
        : began.EndsWith(", optimizer", StringComparison.Ordinal) ? tensor is { Part: GoldenPart.Weight, Role: GoldenRole.Trained }
        : began.EndsWith(", moving average", StringComparison.Ordinal) && tensor.Part == GoldenPart.Average;

    // A loss is named "total_loss, iteration 3", and its place "iteration 3, forward (total_loss)".
    private static bool IsLossOf(string name, string began) =>
        name.LastIndexOf(", ", StringComparison.Ordinal) is > 0 and var at && began == $"{name[(at + 2)..]}, forward ({name[..at]})";

    private static string Word(GoldenPart part) => part.ToString().ToLowerInvariant();
}
