namespace PPYolo.Data.Coco;

/// <summary>An image as an annotation file lists it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="FileName">Its file, relative to the image folder.</param>
/// <param name="Width">In pixels; 0 where the file does not say.</param>
/// <param name="Height">In pixels; 0 where the file does not say.</param>
public readonly record struct CocoImage(long Id, string FileName, int Width, int Height);
