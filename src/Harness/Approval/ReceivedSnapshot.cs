using System.Globalization;
using PPYolo.Align;
using PPYolo.Align.Files;
using PPYolo.Align.Golden;

namespace PPYolo.Harness.Approval;

/// <summary>A snapshot that a test received in place of the approved one: a golden, or any text.</summary>
/// <param name="Received">NAME.received.EXTENSION.</param>
/// <param name="Verified">NAME.verified.EXTENSION, which need not exist.</param>
internal sealed record ReceivedSnapshot(string Received, string Verified)
{
    private const string Marker = ".received.";
    private const int LinesShown = 8;

    /// <summary>All below a folder, or the one that is named.</summary>
    /// <exception cref="AlignException">There is no such folder, or the file is not named as a received one.</exception>
    public static IReadOnlyList<ReceivedSnapshot> Find(string path)
    {
        if (File.Exists(path))
        {
            return Path.GetFileName(path).Contains(Marker, StringComparison.Ordinal)
                ? [Of(path)]
                : throw new AlignException($"{path}: a received file is named NAME{Marker}EXTENSION");
        }

        if (!Directory.Exists(path))
        {
            throw new AlignException($"{path}: not found; name the folder of the snapshots, or a received file");
        }

        return
        [
            .. Directory
                .EnumerateFiles(path, $"*{Marker}*", SearchOption.AllDirectories)
                .Where(file => !IsOutput(Path.GetRelativePath(path, file)))
                .Order(StringComparer.Ordinal)
                .Select(Of),
        ];
    }

    /// <summary>Whether it is a golden; else text.</summary>
    public bool IsGolden => Received.EndsWith("." + GoldenText.Extension, StringComparison.Ordinal);

    /// <summary>What changed, in full, and in a line; and why it must not be approved.</summary>
    public (string Text, string Line, IReadOnlyList<string> Objections) Describe(bool mayChangeEnvironment) =>
        IsGolden ? DescribeGolden(mayChangeEnvironment) : DescribeText();

    private (string Text, string Line, IReadOnlyList<string> Objections) DescribeGolden(bool mayChangeEnvironment)
    {
        var received = GoldenText.Read(Received);
        var golden = File.Exists(Verified) ? GoldenText.Read(Verified) : null;
        var objections = GoldenApproval.Objections(golden, received, mayChangeEnvironment);
        if (golden is null)
        {
            var line = string.Create(
                CultureInfo.InvariantCulture,
                $"the first golden: {received.Tensors.Count} tensors, {received.Iterations} iterations, {received.Twins} twins, "
                    + $"{received.Environment}"
            );
            return (line, line, objections);
        }

        var comparison = GoldenComparer.Compare(golden, received);
        return (
            comparison.ToString(),
            comparison.Summary + (comparison.Began is null ? "" : $"; it began in {comparison.Began}"),
            objections
        );
    }

    private (string Text, string Line, IReadOnlyList<string> Objections) DescribeText()
    {
        string[] before = File.Exists(Verified) ? InputFile.ReadLines(Verified) : [],
            after = InputFile.ReadLines(Received);
        var (removed, added) = (before.Except(after).ToList(), after.Except(before).ToList());
        var line = before.Length == 0 ? $"the first snapshot: {after.Length} lines" : $"{removed.Count} lines went, {added.Count} came";
        var shown = removed.Take(LinesShown).Select(text => "- " + text).Concat(added.Take(LinesShown).Select(text => "+ " + text));
        return (string.Join('\n', shown.Prepend(line)), line, []);
    }

    /// <summary>The snapshot of a received file.</summary>
    public static ReceivedSnapshot Of(string path)
    {
        var at = path.LastIndexOf(Marker, StringComparison.Ordinal);
        return new(path, string.Concat(path.AsSpan(0, at), ".verified.", path.AsSpan(at + Marker.Length)));
    }

    private static bool IsOutput(string relative) =>
        relative.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "artifacts");
}
