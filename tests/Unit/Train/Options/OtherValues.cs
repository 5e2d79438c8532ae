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

    private static IEnumerable<object> Candidates(Setting setting, object? value)
    {
        var number = value as int? ?? 0;
        return setting.Type switch
        {
            var type when type == typeof(bool) => [true, false],
            var type when type == typeof(string) => setting.Range.Names!,
            { IsEnum: true } type => Enum.GetValues(type).Cast<object>(),
            var type when type == typeof(int) => [number + 1, number - 1, number + 32, number - 32],
            var type when type == typeof(double) => [0.625, 0.375],
            var type when type == typeof(ImmutableArray<int>) => [ImmutableArray.Create(64)],
            var type => throw new InvalidOperationException($"what other value has {setting.Name}, a {type.Name}?"),
        };
    }
}
