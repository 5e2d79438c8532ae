using Xunit.Abstractions;

namespace PPYolo.Tests.Snapshots.Subject;

/// <summary>Options of discovery and execution; every one that is not set takes xunit's default.</summary>
internal sealed class RunOptions : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
{
    private readonly Dictionary<string, object?> values = [];

    public TValue GetValue<TValue>(string name) => values.TryGetValue(name, out var value) ? (TValue)value! : default!;

    public void SetValue<TValue>(string name, TValue value) => values[name] = value;
}
