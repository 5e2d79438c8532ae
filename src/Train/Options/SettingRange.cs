using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace PPYolo.Train.Options;

/// <summary>The values that a setting may have, and the words for them.</summary>
/// <param name="declaration">What the declaration says of them.</param>
/// <param name="type">The type of values that are not null.</param>
/// <param name="nullable">Whether null is one.</param>
internal sealed class SettingRange(SettingAttribute declaration, Type type, bool nullable)
{
    /// <summary>The texts that are allowed and listed; null of numbers.</summary>
    public IReadOnlyCollection<string>? Names { get; } =
        type.IsEnum ? [.. Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName)]
        : declaration.OneOf is { } known
            ? (IReadOnlyCollection<string>)known.GetProperty("Names", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!
        : null;

    /// <summary>Whether a value is one of them.</summary>
    public bool Allows(object? value) =>
        value switch
        {
            null => nullable,
            string text => declaration.OneOf is { } known ? Finds(known, text) : Names?.Contains(text) != false,
            int number => Allows((double)number),
            double number => number >= declaration.Least
                && number <= declaration.Most
                && number > declaration.Above
                && number < declaration.Below
                && (declaration.MultipleOf == 0 || number % declaration.MultipleOf == 0),
            ImmutableArray<int> list => (declaration.MayBeEmpty || list.Length > 0) && list.All(number => Allows(number)),
            _ => true,
        };

    /// <summary>The values in words, as they follow "is".</summary>
    public override string ToString() => (nullable ? "null or " : "") + Values();

    private static bool Finds(Type known, string text) =>
        known.GetMethod("Find", BindingFlags.Public | BindingFlags.Static)!.Invoke(null, [text]) is not null;

    private string Values() =>
        Names is not null ? $"one of {string.Join(", ", Names)}"
        : type == typeof(bool) ? "true or false"
        : type == typeof(string) ? "text"
        : declaration.MultipleOf == 0 ? Numbers()
        : type == typeof(int) ? $"a multiple of {declaration.MultipleOf} from {Numbers()}"
        : $"multiples of {declaration.MultipleOf} from {Numbers()}";

    private string Numbers() =>
        (Finite(declaration.Least), Finite(declaration.Above), Finite(declaration.Below), Finite(declaration.Most)) switch
        {
            ({ } least, null, null, { } most) => $"{least} to {most}",
            ({ } least, null, null, null) => $"{least} or more",
            ({ } least, null, { } below, null) => $"at least {least} and less than {below}",
            (null, "0", null, null) => "positive",
            (null, { } above, null, null) => $"more than {above}",
            (null, { } above, { } below, null) => $"between {above} and {below}",
            (null, { } above, null, { } most) => $"more than {above} and at most {most}",
            (null, null, { } below, null) => $"less than {below}",
            (null, null, null, { } most) => $"at most {most}",
            (null, null, null, null) => "a number",
            _ => throw new InvalidOperationException("a range has one end on each side"),
        };

    private static string? Finite(double bound) => double.IsFinite(bound) ? bound.ToString(CultureInfo.InvariantCulture) : null;
}
