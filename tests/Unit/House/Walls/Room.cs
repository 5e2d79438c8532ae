using System.Xml.Linq;
using Mono.Cecil;

namespace PPYolo.Tests.Unit.House.Walls;

/// <summary>A project of src: its assembly, its root namespace and its folder, relative to the repository.</summary>
internal sealed record Room(string Name, string Assembly, string Namespace, string Folder)
{
    /// <summary>What stands in a room and in none of its folders.</summary>
    public const string Root = "(root)";

    /// <summary>Every project of src, whether somebody thought of it here or not.</summary>
    public static IReadOnlyList<Room> OfSource { get; } =
    [
        .. Directory
            .EnumerateDirectories(Path.Combine(Fixtures.Root, "src"))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.csproj"))
            .Order(StringComparer.Ordinal)
            .Select(Of),
    ];

    /// <summary>The compiled room, from beside the tests.</summary>
    public ModuleDefinition Read()
    {
        var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(AppContext.BaseDirectory);
        return ModuleDefinition.ReadModule(
            Path.Combine(AppContext.BaseDirectory, Assembly + ".dll"),
            new ReaderParameters { AssemblyResolver = resolver }
        );
    }

    /// <summary>The first folder that a type's namespace names; null where the type is not the room's, as what the compiler adds.</summary>
    public string? FolderOf(TypeReference type)
    {
        // The compiler gives the class of top-level statements no namespace.
        if (type.Namespace == Namespace || type.FullName == "Program")
        {
            return Root;
        }

        return type.Namespace.StartsWith(Namespace + ".", StringComparison.Ordinal)
            ? type.Namespace[(Namespace.Length + 1)..].Split('.')[0]
            : null;
    }

    /// <summary>
    /// The file that declares a type, relative to the repository: the one with its name, else the one that has its declaration.
    /// </summary>
    public string FileOf(TypeReference type)
    {
        var name = type.Name.Split('`')[0];
        var inside = type.Namespace.Length > Namespace.Length ? type.Namespace[(Namespace.Length + 1)..].Replace('.', '/') : "";
        var folder = Path.Combine(Fixtures.Root, Folder, inside);
        var files = Directory.EnumerateFiles(folder, "*.cs").Order(StringComparer.Ordinal).ToList();
        var file =
            files.Find(file => Path.GetFileNameWithoutExtension(file) == name)
            ?? files.Find(file => DeclaredTypes.In(File.ReadAllText(file)).Contains(name))
            ?? folder;
        return Path.GetRelativePath(Fixtures.Root, file);
    }

    private static Room Of(string project)
    {
        var properties = XDocument.Load(project).Descendants("PropertyGroup").Elements().ToLookup(it => it.Name.LocalName, it => it.Value);
        var folder = Path.GetDirectoryName(project)!;
        return new(
            Path.GetFileName(folder),
            properties["AssemblyName"].Single(),
            properties["RootNamespace"].Single(),
            Path.GetRelativePath(Fixtures.Root, folder)
        );
    }
}
