using PPYolo.Align.Golden;

namespace PPYolo.Harness.Pipeline;

/// <summary>The latest result of a test, and what it measured.</summary>
/// <param name="Result">The result.</param>
/// <param name="Log">The file that it is from.</param>
/// <param name="Measurement">What was measured in that run of the test; null where nothing was.</param>
internal sealed record ReportRow(TestResult Result, TestLog Log, Measurement? Measurement)
{
    private const string Tests = "PPYolo.Tests.";

    /// <summary>The page that explains it, as a name beside the report; null where there is none.</summary>
    public string? Page { get; init; }

    /// <summary>Why there is no such page; null where there is one, or nobody tried.</summary>
    public string? NoPage { get; init; }

    /// <summary>The name that the page has, or would have.</summary>
    public string PageName => $"explain-{Pipeline.Measurement.NameOf(Result.Test)}.html";

    /// <summary>Whether it diverged and should not.</summary>
    public bool Diverged => Measurement is { Aligned: false, MustDiverge: false };

    /// <summary>The records that were kept of it.</summary>
    public IReadOnlyList<string> Records => Measurement?.Records ?? [];

    /// <summary>The outcome in a word or two.</summary>
    public string Verdict =>
        Measurement is null ? "not measured"
        : Measurement.Aligned ? "aligned"
        : "diverged";

    /// <summary>What the golden came to.</summary>
    public string Golden =>
        Measurement?.Golden?.State switch
        {
            GoldenState.Within => "within its floors",
            GoldenState.Diverged => "diverged",
            GoldenState.Missing => "none yet",
            GoldenState.NotCompared => "not compared",
            _ => Measurement is null ? "not measured" : "has none",
        };

    /// <summary>The commands that come next where it failed.</summary>
    public IEnumerable<string> Next
    {
        get
        {
            if (Measurement is { Golden: { State: GoldenState.Diverged or GoldenState.Missing } golden })
            {
                var file = $"tests/Golden/Weights/{golden.Name}";
                if (golden.State == GoldenState.Diverged)
                {
                    yield return $"ppyolo golden diff {Quoted($"{file}.verified.{GoldenText.Extension}")} "
                        + Quoted($"{file}.received.{GoldenText.Extension}");
                    yield return $"ppyolo golden bisect --good COMMIT --bad HEAD --golden {Quoted(golden.Name)}";
                }
                else
                {
                    yield return "dotnet cake --target=Approve --reason=\"why the numbers are right\"";
                }
            }
            else if (Diverged && Measurement?.Next is { } next)
            {
                yield return next;
            }

            if (Diverged && Page is null && Records.Count == 2)
            {
                yield return $"ppyolo explain {Quoted(Records[0])} {Quoted(Records[1])} --html {PageName}";
            }

            yield return $"dotnet test {Project()}--filter {Quoted($"FullyQualifiedName~{Result.Class}.{Result.Name.Split('(')[0]}")}";
        }
    }

    /// <summary>The project is the part of the name behind PPYolo.Tests.</summary>
    private string Project() =>
        Result.Class.StartsWith(Tests, StringComparison.Ordinal) ? $"tests/{Result.Class[Tests.Length..].Split('.')[0]} " : "";

    private static string Quoted(string text) =>
        text.All(letter => char.IsAsciiLetterOrDigit(letter) || ".-_/~:=".Contains(letter, StringComparison.Ordinal)) ? text : $"'{text}'";
}
