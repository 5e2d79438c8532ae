using System.Collections.Immutable;
using PPYolo.Train.Options;

namespace PPYolo.Tests.Unit.Train.Options;

/// <summary>Other values than a setting's default, out of its declaration alone.</summary>
internal static class OtherValues
{
    /// <summary>The default configuration with one setting changed to a value that is allowed.</summary>
    public static TrainOptions With(Setting setting)
    {
        var options = new TrainOptions();
        var value = setting.Get(options);
        setting.Set(options, Candidates(setting, value).First(other => !Equals(other, value) && setting.Range.Allows(other)));
        return options;
    }

    private static IEnumerable<object> Candidates(Setting setting, object? value) =>
        value switch
        {
            bool flag => [!flag],
            string => setting.Range.Names!,
            Enum => Enum.GetValues(setting.Type).Cast<object>(),
            int number => [number + 1, number - 1, number + 32, number - 32],
            ImmutableArray<int> list => [list.RemoveAt(0)],
            // Null is of no limit; a fraction fits every range of numbers.
            double or null => [0.625, 0.375],
            _ => throw new InvalidOperationException($"what other value has {setting.Name}?"),
        };
}
