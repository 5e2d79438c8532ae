using PPYolo.Align.Json;

namespace PPYolo.Align.Golden;

/// <summary>
/// Goldens on disk: NAME.verified.golden is approved, NAME.received.golden beside it is what a run found instead, the names that Verify
/// uses. Nothing here approves: <see cref="GoldenApproval"/> does.
/// </summary>
public static class GoldenFile
{
    private const string Verified = ".verified." + GoldenText.Extension,
        Received = ".received." + GoldenText.Extension;

    /// <summary>The received file of an approved one.</summary>
    /// <exception cref="AlignException">It is not named NAME.verified.golden.</exception>
    public static string ReceivedOf(string verified) =>
        verified.EndsWith(Verified, StringComparison.Ordinal)
            ? string.Concat(verified.AsSpan(0, verified.Length - Verified.Length), Received)
            : throw new AlignException($"{verified}: a golden is named NAME{Verified}");

    /// <summary>NAME of NAME.verified.golden.</summary>
    /// <exception cref="AlignException">It is not named so.</exception>
    internal static string NameOf(string verified) => Path.GetFileName(ReceivedOf(verified))[..^Received.Length];

    /// <summary>The approved record, or null where there is none yet.</summary>
    /// <param name="verified">The golden's file, which need not exist.</param>
    /// <exception cref="AlignException">It is malformed.</exception>
    public static GoldenRecord? Approved(string verified) => File.Exists(verified) ? GoldenText.Read(verified) : null;

    /// <summary>
    /// Measures a run's floors where they are needed: where there is no golden yet, or the run is not within the golden's. A run that is
    /// within needs no twins, which take as long as the run itself; nor does one that is within a received file that is there already, as
    /// where several tests share a golden: that is taken as it is; nor one that is reported only (<see cref="GoldenReport.Only"/>).
    /// </summary>
    /// <param name="verified">The golden's file, which need not exist.</param>
    /// <param name="run">The run, without floors.</param>
    /// <param name="twins">Runs the twins.</param>
    public static GoldenRecord Complete(string verified, GoldenRecord run, Func<IReadOnlyList<GoldenRecord>> twins)
    {
        if (GoldenReport.Only || (Approved(verified) is { } golden && GoldenComparer.Compare(golden, run).Aligned))
        {
            return run;
        }

        return
            ReceivedBefore(ReceivedOf(verified)) is { HasFloors: true } received
            && received.Environment == run.Environment
            && GoldenComparer.Compare(received, run).Aligned
            ? received
            : GoldenFloors.Measure(run, twins());
    }

    private static GoldenRecord? ReceivedBefore(string path)
    {
        try
        {
            return File.Exists(path) ? GoldenText.Read(path) : null;
        }
        catch (AlignException)
        {
            // It is written anew.
            return null;
        }
    }

    /// <summary>Compares a run with its golden, and reports it where that is asked (<see cref="GoldenReport"/>).</summary>
    /// <param name="verified">The golden's file, NAME.verified.golden.</param>
    /// <param name="run">The run, without floors.</param>
    /// <param name="twins">Runs the twins; asked only where the run is not within its golden, or has none.</param>
    /// <exception cref="GoldenException">It has none, or is not within it. NAME.received.golden was written, to be looked at and
    /// approved.</exception>
    public static GoldenComparison Require(string verified, GoldenRecord run, Func<IReadOnlyList<GoldenRecord>> twins)
    {
        var received = ReceivedOf(verified);
        GoldenReport.Write(verified, run);
        if (GoldenReport.Only)
        {
            return GoldenComparer.Compare(
                Approved(verified) ?? throw new GoldenException($"{verified}: there is no golden yet; the run was reported only"),
                run
            );
        }

        var complete = Complete(verified, run, twins);
        if (!complete.HasFloors)
        {
            File.Delete(received);
            return GoldenComparer.Compare(GoldenText.Read(verified), run);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(verified))!);
        AtomicText.Write(received, GoldenText.Format(complete));
        throw new GoldenException(
            (Approved(verified) is { } golden ? GoldenComparer.Compare(golden, run).ToString() : $"{verified}: there is no golden yet")
                + $"\nlook at {received}, and approve it if it is right: ppyolo golden approve \"{received}\" --reason \"what was changed, "
                + "and why it is right\""
        );
    }
}
