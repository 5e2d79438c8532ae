using System.Globalization;
using FsCheck;
using Microsoft.FSharp.Core;

namespace PPYolo.Tests.Unit;

/// <summary>
/// What a test draws at random comes from this seed. <see cref="Current"/> is another one in each run, and that of PPYOLO_TEST_SEED where
/// it is set; a failure names it.
/// </summary>
internal sealed class TestSeed(int value)
{
    private const string Variable = "PPYOLO_TEST_SEED";

    public static TestSeed Current { get; } =
        new(
            Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text
                ? int.Parse(text, CultureInfo.InvariantCulture)
                : System.Random.Shared.Next()
        );

    /// <summary>How to draw the same again, for the message of a failure.</summary>
    public string Hint => string.Create(CultureInfo.InvariantCulture, $"{Variable}={value} draws the same again");

    public Random Random() => new(value);

    /// <summary>Tries a property of FsCheck.</summary>
    /// <param name="property">The property.</param>
    /// <param name="tests">How many cases are drawn.</param>
    /// <param name="endSize">How large cases get.</param>
    public void Check(Property property, int tests = 100, int endSize = 100)
    {
        var same = new Replay(new Rnd((ulong)value, 1), FSharpOption<int>.None);
        try
        {
            property.Check(Config.QuickThrowOnFailure.WithMaxTest(tests).WithEndSize(endSize).WithReplay(same));
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{exception.Message}\n{Hint}", exception);
        }
    }
}
