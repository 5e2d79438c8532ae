using System.Runtime.CompilerServices;
using EmptyFiles;
using PPYolo.Align.Golden;

namespace PPYolo.Tests.Alignment;

/// <summary>Teaches Verify to compare goldens within their floors.</summary>
internal static class GoldenExtension
{
    [ModuleInitializer]
    internal static void Register()
    {
        FileExtensions.AddTextExtension(GoldenText.Extension);
        VerifierSettings.RegisterStringComparer(GoldenText.Extension, Compare);
    }

    private static Task<CompareResult> Compare(string received, string verified, IReadOnlyDictionary<string, object> context)
    {
        var comparison = GoldenComparer.Compare(
            GoldenText.Parse(verified, "the verified golden"),
            GoldenText.Parse(received, "the received golden")
        );
        return Task.FromResult(comparison.Aligned ? CompareResult.Equal : CompareResult.NotEqual(comparison.ToString()));
    }
}
