using PPYolo.Align.Json;

namespace PPYolo.Align.Golden;

/// <summary>
/// Tells a program that runs trainings again, such as <c>ppyolo golden bisect</c>, what each of them came to. Such a program names a
/// folder in <see cref="FolderVariable"/>. Nothing is written where it is not set. <see cref="GoldenFile.Require"/> reports by itself; who
/// compares in another way, as with Verify, calls <see cref="Write"/>.
/// </summary>
public static class GoldenReport
{
    /// <summary>The environment variable that names the folder for reports.</summary>
    public const string FolderVariable = "PPYOLO_GOLDEN_OUT";

    /// <summary>The environment variable that, when it is 1, has runs reported instead of compared.</summary>
    public const string OnlyVariable = "PPYOLO_GOLDEN_REPORT_ONLY";

    /// <summary>
    /// Whether runs are reported and nothing else: no twins are trained, no file is received, and a run that left its golden fails no test.
    /// Only where there is a folder for the reports, so that no check is lost by a variable that somebody left behind.
    /// </summary>
    public static bool Only => Folder is not null && Environment.GetEnvironmentVariable(OnlyVariable) == "1";

    private static string? Folder => Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder ? folder : null;

    /// <summary>Writes NAME.golden, the run, and NAME.txt, how it compares, for a golden NAME.verified.golden.</summary>
    /// <param name="verified">The golden's file, which need not exist.</param>
    /// <param name="run">The run, without floors.</param>
    /// <param name="way">
    /// Where several runs share the golden: in which way this one comes to it. It stands in the names behind an @.
    /// </param>
    /// <exception cref="AlignException">The golden is not named NAME.verified.golden, or the folder cannot be written.</exception>
    public static void Write(string verified, GoldenRecord run, string way = "")
    {
        if (Folder is not { } folder)
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AlignException(
                $"{folder}: the folder of {FolderVariable} cannot be made ({error.Message.TrimEnd('.')}); name another",
                error
            );
        }

        var name = GoldenFile.NameOf(verified);
        var file = Path.Combine(folder, way.Length == 0 ? name : $"{name}@{way}");
        AtomicText.Write($"{file}.{GoldenText.Extension}", GoldenText.Format(run));
        AtomicText.Write(
            $"{file}.txt",
            GoldenFile.Approved(verified) is { } golden ? GoldenComparer.Compare(golden, run).ToString() : "there is no golden yet"
        );
    }
}
