namespace PPYolo.Data.Datasets;

/// <summary>What can be wrong with a record of a dataset.</summary>
public enum DataProblemKind
{
    /// <summary>The image file is not there, or lies outside the image folder; the image is left out.</summary>
    MissingImage,

    /// <summary>
    /// The file is not an image that can be decoded as a whole; the image is left out, or replaced if training already found it in its
    /// order.
    /// </summary>
    UnreadableImage,

    /// <summary>The file's size is not the annotated one; the file's size counts.</summary>
    ImageSize,

    /// <summary>Two images have one id; the second is left out.</summary>
    DuplicateImage,

    /// <summary>Two annotations have one id; the second is left out.</summary>
    DuplicateAnnotation,

    /// <summary>Two categories have one id; the second is left out.</summary>
    DuplicateCategory,

    /// <summary>An annotation's image is not listed; it is left out.</summary>
    UnknownImage,

    /// <summary>An annotation's category is not listed; it is left out.</summary>
    UnknownCategory,

    /// <summary>A box reaches more than a pixel over the image's edge; it is clipped.</summary>
    BoxOutside,

    /// <summary>Nothing of the box lies in the image, its extents are negative or its area is not positive; it is left out.</summary>
    EmptyBox,

    /// <summary>An image's annotation file is missing or cannot be read; the image is left out.</summary>
    UnreadableAnnotation,

    /// <summary>An object's entry in an annotation file is not what it should be; it is left out.</summary>
    BadObject,

    /// <summary>A record lacks a member, or has one that is not what it should be; it is left out.</summary>
    MalformedRecord,
}
