using PPYolo.Align;
using PPYolo.Align.Comparison;
using PPYolo.Align.Formats;
using PPYolo.Align.Json;
using PPYolo.Align.Reports;
using PPYolo.Align.Tensors;
using PPYolo.Cli.Output;
using PPYolo.Cli.Progress;

namespace PPYolo.Cli.Commands;

/// <summary>Two files, or the files of two record folders, side by side.</summary>
internal static class DiffFiles
{
    /// <summary>Compares them, and writes what was asked for.</summary>
    /// <returns>0 aligned, 1 diverged.</returns>
    /// <exception cref="AlignException">A file cannot be read or written.</exception>
    public static int Compare(string a, string b, DiffOptions options, TextWriter output)
    {
        var (first, second) = (DiffSide.Of(a), DiffSide.Of(b));
        var firstStart = options.Start is { } file ? DiffSide.StartOf(file) : first.StartFile ?? second.StartFile;
        var secondStart = options.Start is null ? second.StartFile ?? firstStart : firstStart;
        var read = InOrder.Select(
            [(first.File, options.Keys.A), (second.File, options.Keys.B)],
            ((string File, string? Key) side) => DiffSide.Read(side.File, side.Key)
        );
        using var tensors = read[0];
        using var others = read[1];
        using var start = firstStart is null ? null : ReadStart(firstStart, options.Keys.A);
        using var otherStart = secondStart is null || secondStart == firstStart ? null : ReadStart(secondStart, options.Keys.B);
        var comparison = TensorComparer.Compare(
            tensors.Tensors,
            others.Tensors,
            new()
            {
                Bound = options.Bound,
                FirstStart = start?.Tensors,
                SecondStart = otherStart?.Tensors,
                JudgeByMovement = options.Start is not null,
                FirstUnread = tensors.Unread,
                SecondUnread = others.Unread,
            }
        );
        var sides = new ComparisonSides(
            first.File,
            second.File,
            start is null ? null : Start(firstStart!, secondStart, start.Tensors, otherStart?.Tensors) + Unmoved(comparison, start.Tensors)
        )
        {
            FirstContent = tensors,
            SecondContent = others,
        };
        if (options.Keys == default && DiffMomentum.Compare(first.File, second.File, tensors, others) is { } momentum)
        {
            sides = sides with
            {
                Beside = [momentum],
                FirstContent = DiffSide.WithoutOptimizer(tensors),
                SecondContent = DiffSide.WithoutOptimizer(others),
            };
        }

        if (options.Json is not null and not "-")
        {
            AtomicText.Write(options.Json, ComparisonJson.Format(comparison, sides));
        }

        if (options.Json == "-")
        {
            (ReferenceEquals(output, Console.Out) ? SafeConsole.Out : output).WriteLine(ComparisonJson.Format(comparison, sides));
        }
        else
        {
            output.WriteLine(FittedText.Of(ComparisonText.Format(comparison, sides, options.Limit)));
        }

        return comparison.Aligned ? ExitCode.Aligned : ExitCode.Diverged;
    }

    /// <summary>Start weights are often in a file of another form than the end's.</summary>
    private static TensorContent ReadStart(string file, string? key)
    {
        try
        {
            return DiffSide.Read(file, key);
        }
        catch (AlignException) when (key is not null)
        {
            return DiffSide.Read(file);
        }
    }

    private static string Unmoved(SetComparison comparison, NamedTensors start)
    {
        var without = comparison.Tensors.Count(tensor => tensor.Metrics is not null && !start.Contains(tensor.Name));
        return without == 0
            ? ""
            : $"; {without} of the tensors {(without == 1 ? "is" : "are")} not in it, and the bound alone judges there";
    }

    private static string Start(string firstFile, string? secondFile, NamedTensors first, NamedTensors? second)
    {
        if (second is null)
        {
            return firstFile;
        }

        var same =
            first.Count == second.Count && first.All(pair => second.TryGet(pair.Key, out var tensor) && tensor.BitwiseEquals(pair.Value));
        return $"{firstFile} and {secondFile}, which are "
            + $"{(same ? "equal" : "NOT equal: the two runs did not start from the same weights")}";
    }
}
