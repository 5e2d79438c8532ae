using System.Globalization;
using PPYolo.Align.Files;
using PPYolo.Align.Json;

namespace PPYolo.Align.Matching;

/// <summary>A file that says what the names of one of two runs are in the other: docs/trace.md describes it.</summary>
public sealed record NamesFile
{
    /// <summary>The value of <see cref="Format"/>.</summary>
    public const string FormatName = "ppyolo-names";

    /// <summary>The value of <see cref="NameRule.Layout"/>.</summary>
    public const string ChannelsLast = "NHWC";

    private const int CurrentVersion = 1;

    /// <summary>What the file is.</summary>
    public string Format { get; init; } = FormatName;

    /// <summary>The version of the layout.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Whose names are turned into the other's.</summary>
    public NamedSide Of { get; init; } = NamedSide.Second;

    /// <summary>The rules.</summary>
    public required IReadOnlyList<NameRule> Rules { get; init; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="AlignException">It cannot be read, is of another format or version, or a rule is none.</exception>
    public static NamesFile Read(string path)
    {
        var file = StrictJson.Parse<NamesFile>(InputFile.ReadText(path), path);
        if (file.Format != FormatName || file.Version != CurrentVersion)
        {
            throw new AlignException(
                $"{path}: expected format {FormatName}, version {CurrentVersion}; found {file.Format}, version {file.Version}"
            );
        }

        for (var i = 0; i < file.Rules.Count; i++)
        {
            if (Fault(file.Rules[i]) is { } fault)
            {
                throw new AlignException(string.Create(CultureInfo.InvariantCulture, $"{path}: rule {i + 1}: {fault}"));
            }
        }

        return file;
    }

    /// <summary>Writes the file.</summary>
    /// <exception cref="AlignException">It cannot be written.</exception>
    public void Write(string path) => AtomicText.Write(path, StrictJson.Text(this));

    private static string? Fault(NameRule rule)
    {
        var given = new[] { rule.From, rule.Prefix, rule.Pattern }.Count(part => part is not null);
        return given != 1 ? $"expected one of from, prefix and pattern, found {(given == 0 ? "none" : given)}"
            : rule.From == "" || rule.Pattern == "" ? "expected a name, found an empty one"
            : rule.Prefix is null && rule.To == "" ? "expected a name in to, found an empty one"
            : rule.Pattern is { } pattern && pattern.Count(IsStar) != rule.To.Count(IsStar)
                ? $"expected as many * in to as in pattern, {pattern.Count(IsStar)}, found {rule.To.Count(IsStar)}"
            : rule.Layout is not (null or ChannelsLast)
                ? $"expected {ChannelsLast} in layout, found '{rule.Layout}'; without it the channels are where they are in the other run"
            : null;
    }

    private static bool IsStar(char letter) => letter == '*';
}
