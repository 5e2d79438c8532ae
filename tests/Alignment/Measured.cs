using System.Runtime.CompilerServices;
using PPYolo.Align.Golden;
using PPYolo.Align.Verdicts;
using PPYolo.Harness.Pipeline;
using Xunit.Sdk;

namespace PPYolo.Tests.Alignment;

/// <summary>
/// Writes what theories measured, for the pipeline's report (ppyolo report). It goes where PPYOLO_MEASURED_OUT says, else beside the
/// results that dotnet test --logger trx leaves.
/// </summary>
internal sealed class Measured
{
    private static readonly string? Asked = Environment.GetEnvironmentVariable(Measurement.FolderVariable) is { Length: > 0 } folder
        ? folder
        : null;

    private static readonly string Folder =
        Asked ?? Path.Combine(Fixtures.Root, "tests", "Alignment", "TestResults", Measurement.FolderName);

    private Measurement measurement;

    private Measured(Measurement measurement) => this.measurement = measurement;

    /// <summary>Writes a verdict.</summary>
    /// <param name="theories">The theory's class.</param>
    /// <param name="verdict">The verdict.</param>
    /// <param name="arguments">The theory's arguments.</param>
    /// <param name="next">The command that shows more of it.</param>
    /// <param name="golden">The golden that the theory ends in, or null.</param>
    /// <param name="record">Records both runs into a folder; asked where they diverged and should not.</param>
    /// <param name="threads">Threads over all ranks; the standard number unless given.</param>
    /// <param name="mustDiverge">Whether the training is broken on purpose.</param>
    /// <param name="theory">The theory.</param>
    public static Measured Write(
        Type theories,
        Verdict verdict,
        object[] arguments,
        string? next = null,
        GoldenTheory? golden = null,
        Action<string>? record = null,
        int? threads = null,
        bool mustDiverge = false,
        [CallerMemberName] string theory = ""
    )
    {
        var measured = new Measured(
            Measurement.Of(NameOf(theories, theory, arguments), verdict, threads ?? TestEnvironment.Threads) with
            {
                MustDiverge = mustDiverge,
                Next = next,
                Golden = golden is null ? null : new(golden.Name, GoldenState.NotCompared, ""),
            }
        );
        measured.Write(() => measured.Keep(record));
        return measured;
    }

    /// <summary>Adds what came of the golden.</summary>
    public void Add(string name, GoldenRecord? approved, GoldenRecord run) =>
        Write(() => measurement = measurement with { Golden = MeasuredGolden.Of(name, approved, run), Written = DateTimeOffset.UtcNow });

    /// <summary>The name that the test has in the results of its run.</summary>
    private static string NameOf(Type theories, string theory, object[] arguments)
    {
        var name = $"{theories.FullName}.{theory}";
        return arguments.Length == 0
            ? name
            : Reflector.Wrap(theories.GetMethod(theory)!).GetDisplayNameWithArguments(name, arguments, genericTypes: null);
    }

    private void Write(Action prepare)
    {
        try
        {
            Directory.CreateDirectory(Folder);
            prepare();
            measurement.Write(Folder);
        }
        catch (Exception exception)
            when (Asked is null && (exception is Align.AlignException or IOException or UnauthorizedAccessException))
        {
            // Nobody asked for it: a checkout that cannot be written to fails no test.
        }
    }

    private void Keep(Action<string>? record)
    {
        var name = Path.Combine("records", Measurement.NameOf(measurement.Test));
        var kept = Path.Combine(Folder, name);
        if (Directory.Exists(kept))
        {
            Directory.Delete(kept, recursive: true);
        }

        if (record is null || measurement.Aligned || measurement.MustDiverge)
        {
            return;
        }

        Directory.CreateDirectory(kept);
        record(kept);
        measurement = measurement with
        {
            Records =
            [
                .. Directory
                    .EnumerateFiles(kept, "case.json", SearchOption.AllDirectories)
                    .Select(file => Path.GetRelativePath(Folder, Path.GetDirectoryName(file)!))
                    .Order(StringComparer.Ordinal),
            ],
        };
    }
}
