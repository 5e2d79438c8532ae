namespace PPYolo.Harness.Pipeline;

/// <summary>The result of a test.</summary>
/// <param name="Test">Its name, with the values of its parameters.</param>
/// <param name="Outcome">How it came out.</param>
/// <param name="Started">When it began, where that is known.</param>
/// <param name="Ended">When it ended.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Message">What it says where it did not pass.</param>
internal sealed record TestResult(
    string Test,
    TestOutcome Outcome,
    DateTimeOffset? Started,
    DateTimeOffset? Ended,
    TimeSpan Duration,
    string Message
)
{
    private string Method => Test.Split('(')[0];

    /// <summary>Full name of its class.</summary>
    public string Class => Method.LastIndexOf('.') is > 0 and var end ? Method[..end] : "";

    /// <summary>Its name without the class.</summary>
    public string Name => Class.Length == 0 ? Test : Test[(Class.Length + 1)..];

    /// <summary>Whether it is one of the scenarios, of which each says what it measured.</summary>
    public bool IsScenario => Class.StartsWith("PPYolo.Tests.Alignment.", StringComparison.Ordinal);

    /// <summary>Its name in words, with the values of its parameters: Replay is bitwise equal (config: "x", threads: 2).</summary>
    public string Title
    {
        get
        {
            var method = Name.Split('(')[0];
            var words = new System.Text.StringBuilder();
            foreach (var letter in method.Replace('_', ' '))
            {
                words.Append(
                    words.Length == 0 ? char.ToUpperInvariant(letter).ToString()
                    : char.IsUpper(letter) && words[^1] != ' ' ? $" {char.ToLowerInvariant(letter)}"
                    : letter.ToString()
                );
            }

            return words + (Name.Length == method.Length ? "" : " " + Name[method.Length..]);
        }
    }
}
