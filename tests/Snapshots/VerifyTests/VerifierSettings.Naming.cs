using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using PPYolo.Tests.Snapshots.Engine;

namespace VerifyTests;

public static partial class VerifierSettings
{
    private static readonly Dictionary<Type, Func<object, string>> ParameterNames = [];

    internal static UniqueFor Unique { get; private set; }

    internal static bool UniquePrefixDisabled { get; private set; }

    /// <summary>Says how arguments of a type stand in file names.</summary>
    /// <exception cref="InvalidOperationException">A snapshot has been verified already.</exception>
    public static void NameForParameter<T>(ParameterToName<T> func)
    {
        FirstRun.ThrowIfPast();
        ParameterNames[typeof(T)] = parameter => func((T)parameter);
    }

    /// <summary>Allows several verifications to share their files.</summary>
    /// <exception cref="InvalidOperationException">A snapshot has been verified already.</exception>
    public static void DisableRequireUniquePrefix()
    {
        FirstRun.ThrowIfPast();
        UniquePrefixDisabled = true;
    }

    /// <summary>Keeps a snapshot for each processor architecture (x64, arm64).</summary>
    /// <exception cref="InvalidOperationException">A snapshot has been verified already.</exception>
    public static void UniqueForArchitecture() => MakeUnique(UniqueFor.Architecture);

    /// <summary>Keeps a snapshot for each operating system (Linux, Windows, OSX).</summary>
    /// <exception cref="InvalidOperationException">A snapshot has been verified already.</exception>
    public static void UniqueForOSPlatform() => MakeUnique(UniqueFor.OSPlatform);

    /// <summary>Keeps a snapshot for each version of the runtime (DotNet10_0).</summary>
    /// <exception cref="InvalidOperationException">A snapshot has been verified already.</exception>
    public static void UniqueForRuntimeAndVersion() => MakeUnique(UniqueFor.RuntimeAndVersion);

    internal static bool TryName(object parameter, [NotNullWhen(true)] out string? name)
    {
        var type = parameter.GetType();
        var func = ParameterNames.GetValueOrDefault(type) ?? ParameterNames.FirstOrDefault(pair => pair.Key.IsAssignableFrom(type)).Value;
        name = func?.Invoke(parameter);
        return name is not null;
    }

    private static void MakeUnique(UniqueFor unique, [CallerMemberName] string caller = "")
    {
        FirstRun.ThrowIfPast(caller);
        Unique |= unique;
    }
}
