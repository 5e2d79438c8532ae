namespace PPYolo.Data.Layouts.Voc;

/// <summary>Where a part of a Pascal VOC dataset is.</summary>
/// <param name="Root">The dataset's folder.</param>
/// <param name="Annotations">The folder of its XML files.</param>
/// <param name="Images">The folder of its images.</param>
/// <param name="Lists">The lists of its images; empty where all files of the folder belong to it.</param>
/// <param name="All">The folders of the XML files of all parts.</param>
internal sealed record VocPart(string Root, string Annotations, string Images, IReadOnlyList<string> Lists, IReadOnlyList<string> All)
{
    /// <summary>What stands for it in messages: its list, or the folder of its XML files.</summary>
    public string Path =>
        Lists switch
        {
            [] => Annotations,
            [var one] => one,
            _ => System.IO.Path.Combine(
                System.IO.Path.GetDirectoryName(Lists[0])!,
                "*_" + System.IO.Path.GetFileName(Lists[0]).Split('_')[^1]
            ),
        };

    /// <summary>The XML files of a folder; where it has none itself, those in the folders in it.</summary>
    public static IEnumerable<string> Xml(string annotations) =>
        FolderContent.Files(annotations, ".xml").Any()
            ? FolderContent.Files(annotations, ".xml")
            : FolderContent.FilesBelow(annotations, ".xml");

    /// <summary>What annotation and image have in common: the path in their folder, without extension.</summary>
    public static string IdOf(string folder, string file) =>
        System.IO.Path.ChangeExtension(System.IO.Path.GetRelativePath(folder, file), null).Replace('\\', '/');
}
