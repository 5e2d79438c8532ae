using PPYolo.Align.Json;
using PPYolo.Align.Reports;
using PPYolo.Align.Verdicts;
using PPYolo.Cli.Output;
using PPYolo.Cli.Progress;

namespace PPYolo.Cli.Commands;

/// <summary>Shows a verdict as asked and turns it into an exit code.</summary>
internal static class VerdictOutput
{
    public static int Show(Verdict verdict, string? json)
    {
        if (json == "-")
        {
            SafeConsole.Out.WriteLine(VerdictJson.Format(verdict));
        }
        else
        {
            if (json is not null)
            {
                AtomicText.Write(json, VerdictJson.Format(verdict));
            }

            Console.Out.WriteLine(FittedText.Of(VerdictText.Format(verdict)));
        }

        return verdict.Aligned ? ExitCode.Aligned : ExitCode.Diverged;
    }
}
