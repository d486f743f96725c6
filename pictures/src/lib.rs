//! Pictures of what [`spadina`] computes: the [`scene`] of a problem, a software [`render`]er that writes PNG, and [`plot`]s
//! as SVG.
//!
//! The renderer and the plots know points and triangles alone; the scene makes these of a problem and the numbers of its
//! unknowns:
//!
//! ```
//! use spadina::mesh::{Mesh, Shape};
//! use spadina::{Problem, Tensor};
//! use spadina_pictures::scene::{Geometry, Picture};
//!
//! let mesh = Mesh::generate(&Shape::Cloth { cells: [4, 4], size: [1.0, 1.0] })?;
//! let points = Tensor::new([mesh.nodes(), 3], mesh.points.clone())?;
//! let problem = Problem::new().unknown("x", points.clone()).with_mesh(mesh);
//! let geometry = Geometry::of(&problem).ok_or("no node has a position")?;
//! let image = Picture::default().draw(&geometry, &points.data)?;
//! assert!(image.png()?.starts_with(b"\x89PNG"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod plot;
pub mod render;
pub mod scene;
