using System.Text;
using VerifyTests;

namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>
/// Runs the scrubbers over a text, in Verify's order: those of the test, those of all tests, then the machine's directories and the line
/// ends.
/// </summary>
internal static class Scrubbing
{
    public static void Apply(StringBuilder text, string extension, VerifySettings settings, TestProject project)
    {
        if (settings.ScrubbersEnabled)
        {
            IEnumerable<Action<StringBuilder>> scrubbers =
            [
                .. settings.Scrubbers.ForAll(),
                .. settings.Scrubbers.For(extension),
                .. VerifierSettings.Scrubbers.For(extension),
                .. VerifierSettings.Scrubbers.ForAll(),
                PathScrubber.For(project).Scrub,
            ];
            foreach (var scrub in scrubbers)
            {
                scrub(text);
            }
        }

        FixLineEnds(text);
    }

    public static void FixLineEnds(StringBuilder text) => text.Replace("\r\n", "\n").Replace('\r', '\n');
}
