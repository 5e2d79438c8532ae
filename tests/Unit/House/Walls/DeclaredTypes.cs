using System.Text.RegularExpressions;

namespace PPYolo.Tests.Unit.House.Walls;

/// <summary>What a file of C# declares, found by its text.</summary>
internal static partial class DeclaredTypes
{
    public static IEnumerable<string> In(string text) => Declaration().Matches(text).Select(match => match.Groups[1].Value);

    public static IEnumerable<string> NamespacesIn(string text) => Namespace().Matches(text).Select(match => match.Groups[1].Value);

    [GeneratedRegex(
        @"^(?:[a-z]+ )*(?:class|struct|interface|enum|record|delegate [^(]*?)\s+(?:struct\s+|class\s+)?(\w+)",
        RegexOptions.Multiline
    )]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^\s*namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
