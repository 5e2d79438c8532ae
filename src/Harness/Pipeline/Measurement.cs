using System.Text.Json;
using System.Text.Json.Serialization;
using PPYolo.Align;
using PPYolo.Align.Files;
using PPYolo.Align.Json;
using PPYolo.Align.Reports;
using PPYolo.Align.Verdicts;

namespace PPYolo.Harness.Pipeline;

/// <summary>
/// What a theory measured, for the pipeline's report: a small JSON file in a folder beside the results of its test run. A test's result
/// says passed or failed; this says by how much.
/// </summary>
internal sealed record Measurement
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string FolderVariable = "PPYOLO_MEASURED_OUT";

    /// <summary>The folder's usual name.</summary>
    public const string FolderName = "measured";

    private const string FormatName = "ppyolo-measurement";
    private const int CurrentVersion = 1;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        RespectNullableAnnotations = true,
        WriteIndented = true,
    };

    /// <summary>ppyolo-measurement.</summary>
    public string Format { get; init; } = FormatName;

    /// <summary>1.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The test, as the results of its run name it.</summary>
    public required string Test { get; init; }

    /// <summary>When it was measured: by that it is told from one of an earlier run.</summary>
    public required DateTimeOffset Written { get; init; }

    /// <summary>Where.</summary>
    public required Surroundings Where { get; init; }

    /// <summary>Whether the training is broken on purpose, so that the theory asks for divergence.</summary>
    public bool MustDiverge { get; init; }

    /// <summary>Whether every check passed.</summary>
    public required bool Aligned { get; init; }

    /// <summary>The verdict in a sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>How many checks there were.</summary>
    public required int Checks { get; init; }

    /// <summary>The worst of them; null where there was none.</summary>
    public MeasuredCheck? Worst { get; init; }

    /// <summary>What it came to against its golden; null where it has none.</summary>
    public MeasuredGolden? Golden { get; init; }

    /// <summary>Record folders that were kept since it diverged: paths within the folder of this file.</summary>
    public IReadOnlyList<string> Records { get; init; } = [];

    /// <summary>The command that shows more of it.</summary>
    public string? Next { get; init; }

    /// <summary>The measurement of a verdict.</summary>
    public static Measurement Of(string test, Verdict verdict, int threads) =>
        new()
        {
            Test = test,
            Written = DateTimeOffset.UtcNow,
            Where = Surroundings.Here(threads),
            Aligned = verdict.Aligned,
            Summary = VerdictText.Summary(verdict),
            Checks = verdict.Checks.Count,
            Worst = MeasuredCheck.Of(verdict),
        };

    /// <summary>The file's name, which no other test has.</summary>
    public static string NameOf(string test)
    {
        var letters = test.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' ? letter : '_').ToArray();
        var hash = System.IO.Hashing.XxHash3.HashToUInt64(System.Text.Encoding.UTF8.GetBytes(test));
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Last(letters)}-{hash:x16}");

        // A name that begins with a dot is hidden, and is not found by those who look for measurements.
        static string Last(char[] letters) => new string([.. letters.TakeLast(100)]).TrimStart('.');
    }

    /// <summary>Writes it into a folder, in place of an earlier one of the same test.</summary>
    public void Write(string folder) =>
        AtomicText.Write(Path.Combine(folder, NameOf(Test) + ".json"), JsonSerializer.Serialize(this, Options));

    /// <summary>Reads a file.</summary>
    /// <exception cref="AlignException">It is none.</exception>
    public static Measurement Read(string path)
    {
        var text = InputFile.ReadText(path);
        try
        {
            var found = JsonSerializer.Deserialize<Measurement>(text, Options);
            return found is { Format: FormatName, Version: CurrentVersion }
                ? found
                : throw new AlignException(
                    $"{path}: expected a {FormatName} of version {CurrentVersion}, found {found?.Format ?? "nothing"} {found?.Version}"
                );
        }
        catch (JsonException exception)
        {
            throw new AlignException($"{path}: no whole measurement ({exception.Message.Split(" Path:")[0].TrimEnd('.')})", exception);
        }
    }
}
