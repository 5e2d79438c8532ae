namespace PPYolo.Train.Options;

/// <summary>
/// Declares a setting: a property of <see cref="TrainOptions"/>, whose name, type, initial value and summary are the setting's key, type,
/// default and description.
/// </summary>
/// <param name="concern">Whom it concerns.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SettingAttribute(Concern concern) : Attribute
{
    /// <summary>Whom it concerns.</summary>
    public Concern Concern => concern;

    /// <summary>The smallest number that is allowed, also of a list's elements.</summary>
    public double Least { get; init; } = double.NegativeInfinity;

    /// <summary>The largest number that is allowed.</summary>
    public double Most { get; init; } = double.PositiveInfinity;

    /// <summary>Numbers must be larger than this.</summary>
    public double Above { get; init; } = double.NegativeInfinity;

    /// <summary>Numbers must be smaller than this.</summary>
    public double Below { get; init; } = double.PositiveInfinity;

    /// <summary>Numbers must be multiples of this, unless it is 0.</summary>
    public int MultipleOf { get; init; }

    /// <summary>Whether a list may have no elements.</summary>
    public bool MayBeEmpty { get; init; }

    /// <summary>
    /// The type whose static Names lists the texts that are allowed, and whose static Find decides: networks of tests are not listed.
    /// </summary>
    public Type? OneOf { get; init; }

    /// <summary>
    /// Where the setting counts epochs: its name where iterations are counted, which is in case files and in the recipe.
    /// </summary>
    public string? InIterations { get; init; }

    /// <summary>
    /// Of a setting that came after the first release, as JSON: the value by which programs behaved that did not have it. Files that lack
    /// the setting mean this value, and hashes of settings leave it out. Null of a setting that every file has.
    /// </summary>
    public string? Neutral { get; init; }
}
