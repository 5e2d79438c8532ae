using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using PPYolo.Align;
using PPYolo.Align.Json;

namespace PPYolo.Train.Options;

/// <summary>
/// A setting as <see cref="TrainOptions"/> declares it. Messages, case files, recipe and network, hashes of goldens and docs/settings.md
/// are made from these and name no setting.
/// </summary>
internal sealed class Setting
{
    private readonly PropertyInfo property;
    private readonly SettingAttribute declaration;

    /// <summary>Takes a declaration.</summary>
    public Setting(PropertyInfo property, SettingAttribute declaration)
    {
        (this.property, this.declaration) = (property, declaration);
        Range = new(declaration, Type, nullable: Type != property.PropertyType);
    }

    /// <summary>Every setting, as they are declared.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        .. typeof(TrainOptions)
            .GetProperties()
            .Select(property => new Setting(
                property,
                property.GetCustomAttribute<SettingAttribute>()
                    ?? throw new InvalidOperationException($"{property.Name} of TrainOptions has no [Setting]")
            )),
    ];

    /// <summary>The key in configurations.</summary>
    public string Name => Key(property.Name);

    /// <summary>The key in case files.</summary>
    public string NameInCase => Key(MemberName);

    /// <summary>Whom it concerns.</summary>
    public Concern Concern => declaration.Concern;

    /// <summary>Whether case files have it.</summary>
    public bool IsInCases => Concern != Concern.Run;

    /// <summary>The type of its values that are not null.</summary>
    public Type Type => Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;

    /// <summary>The values that are allowed.</summary>
    public SettingRange Range { get; }

    /// <summary>What files mean that lack it, as JSON; null where every file has it.</summary>
    public string? Neutral => declaration.Neutral;

    /// <summary>The property's name in TrainOptions.</summary>
    public string PropertyName => property.Name;

    private string MemberName => declaration.InIterations ?? property.Name;

    /// <summary>Gives what network or recipe has of its settings the values of options, by equal names.</summary>
    public static T Carry<T>(TrainOptions options, Concern concern, T target)
        where T : notnull
    {
        // The network's name stands for all members that are no settings.
        foreach (var setting in All.Where(setting => setting.Concern == concern && setting.PropertyName != nameof(TrainOptions.Network)))
        {
            var member =
                typeof(T).GetProperty(setting.MemberName)
                ?? throw new InvalidOperationException($"{typeof(T).Name} has no {setting.MemberName}, which is a setting of it");
            // Null leaves what is there: none in a recipe, that of its preset in a network.
            if (setting.InIterations(options) is { } value)
            {
                member.SetValue(target, value);
            }
        }

        return target;
    }

    /// <summary>The value in options.</summary>
    public object? Get(TrainOptions options) => property.GetValue(options);

    /// <summary>Puts a value into options that nobody else has yet.</summary>
    public void Set(TrainOptions options, object? value) => property.SetValue(options, value);

    /// <summary>The value, in iterations where it counts epochs.</summary>
    public object? InIterations(TrainOptions options) =>
        (declaration.InIterations is null ? null : Get(options)) switch
        {
            null => Get(options),
            int epochs => epochs * options.IterationsPerEpoch,
            ImmutableArray<int> epochs => epochs.Select(epoch => epoch * options.IterationsPerEpoch).ToImmutableArray(),
            _ => throw new InvalidOperationException($"{property.Name} counts epochs and is neither a number nor a list of them"),
        };

    /// <summary>Refuses a value that cannot be.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="source">Where they are from, for the message.</param>
    /// <param name="inCase">Whether that is a case file.</param>
    /// <exception cref="AlignException">The value is out of its range.</exception>
    public void Require(TrainOptions options, string source, bool inCase)
    {
        var value = Get(options);
        if (!Range.Allows(value))
        {
            throw Refusal(value is ImmutableArray<int> list ? string.Join(", ", list) : value!, source, inCase);
        }
    }

    /// <summary>What is said of a value that is not allowed.</summary>
    public AlignException Refusal(object found, string source, bool inCase)
    {
        var text = inCase ? JsonSerializer.Serialize(found) : FormattableString.Invariant($"{found}");
        var hint = Range.Names is { } names ? NearestName.Hint($"{found}", names) : "";
        return new($"{source}: '{(inCase ? NameInCase : Name)}' is {Range}, found {text}{hint}");
    }

    private static string Key(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);
}
