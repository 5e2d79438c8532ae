using System.Reflection;
using VerifyTests;

namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>The test that verifies, and the place that is set for its snapshots.</summary>
internal sealed record TestIdentity(string SourceFile, Type Type, MethodInfo Method, PathInfo Place, TestProject Project)
{
    /// <summary>The name of a class in file names; a nested one has its parent's before it.</summary>
    public static string NameOf(Type type) => type.IsNested ? $"{type.ReflectedType!.Name}.{type.Name}" : type.Name;

    public string TypeName(VerifySettings settings) => settings.TypeName ?? Place.TypeName ?? NameOf(Type);

    public string MethodName(VerifySettings settings) => settings.MethodName ?? Place.MethodName ?? Method.Name;

    public string Directory(VerifySettings settings)
    {
        var besideSource = Path.GetDirectoryName(SourceFile)!;
        return (settings.Directory ?? Place.Directory) is { } directory ? Path.Combine(besideSource, directory) : besideSource;
    }
}
