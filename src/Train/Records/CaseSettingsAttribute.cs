using System.Reflection;
using PPYolo.Align.Json;
using PPYolo.Train.Options;

namespace PPYolo.Train.Records;

/// <summary>
/// Marks the settings of a case file: they stand beside its other members, under the names that they have where iterations are counted.
/// </summary>
internal sealed class CaseSettingsAttribute : InlinedAttribute
{
    /// <inheritdoc />
    public override (string Name, int Order)? Place(PropertyInfo member) =>
        Setting.All.Single(setting => setting.PropertyName == member.Name) is { IsInCases: true } setting
            // Network, data and recipe are before, between and after what the heads of case files have at 20 and 40.
            ? (setting.NameInCase, 10 + (20 * (int)setting.Concern))
            : null;
}
