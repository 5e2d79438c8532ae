namespace PPYolo.Data.Layouts;

/// <summary>The ways in which datasets are laid out.</summary>
public enum LayoutKind
{
    /// <summary>A JSON file for each part.</summary>
    Coco,

    /// <summary>Pascal VOC: an XML file for each image.</summary>
    Voc,

    /// <summary>YOLO: a text file for each image.</summary>
    Yolo,
}
