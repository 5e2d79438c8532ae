using PPYolo.Data.Coco;

namespace PPYolo.Data.Layouts.Voc;

/// <summary>An object of a Pascal VOC file.</summary>
/// <param name="Name">Its class.</param>
/// <param name="Box">Its box, as COCO counts pixels.</param>
/// <param name="IsDifficult">Whether it is marked as difficult to recognize.</param>
/// <param name="Line">Where it begins in the file, from 1.</param>
internal readonly record struct VocObject(string Name, CocoBox Box, bool IsDifficult, int Line);
